"""Fetal skulls, left ventricles and cardiac segmentations in a browser, on the Slicer core.

`hub` listens on one port and gives every browser tab a session process of its own (`sessions` starts and ends them,
`proxy` passes requests on, `guards` refuses requests of other web sites, `access` those without the access token,
`notices` are the hub's own pages). In a session process (`session_process`) runs the application (`workspace`): the
pages of all anatomies, each in a folder of its own, on the shared `parts`. It receives files by `uploads` and hands
them out by `downloads`. `page_words` takes the server's folders out of the sentences for pages. Processes, because the
state of a trame server is shared by all who look at it.

Front end: nothing imports this package but the command `generative-models web`, lazily.
"""
