"""The skull reconstruction in a browser, on the Slicer core.

`hub` listens on one port and gives every browser tab a session process of its own (`sessions` starts and ends them,
`proxy` passes requests on, `guards` says who may ask, `notices` are the hub's own pages). In a session process
(`session_process`) runs the application (`application`); it receives files by `uploads` and hands them out by
`downloads`. Processes, because the state of a trame server and the MRML scene are shared by all who look at them.

Front end: nothing imports this package but the command `generative-models web`, lazily.
"""
