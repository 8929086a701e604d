"""Qt parts shared by all Slicer modules of this extension; independent of the anatomy, without torch.

worker_run       WorkerRun(listener, anatomy, showing): a case in the worker process; progress, cancel, result; queries
pending_queries  PendingQueries: receivers of the answers of a worker
working_folder   new_folder(parent, prefix), discard(folder), sweep(parent, prefix): temporary folders
chosen_nodes     ChosenNodes(scene, selectors): keeps the choices of node selectors at removal and import
table_view       prepare_table(view), show_table(view, node): a table node with narrow columns
chart_view       ChartView: a plot chart beside the 3D view, and the way back
help_text        tutorial_link(text): link for the help section of a module
message_box      MessageBox(frame, label): warnings, a failure or a success in the panel
packages_panel   PackagesPanel(ui, complete, title=, run=): shows missing packages, installs them after consent
package_install  installs PyTorch through its Slicer extension, the other packages through pip
model_choice     chosen_model(text), model_title(text, anatomy): the bundle in the panel's model field
style            style sheets of notes, warnings and boxes; breakable(text), html_list(sentences)
test_kit         ModuleTestKit: base of a module's tests in Slicer; FakeWorker: replaces the worker
test_packages    PackageTests: tests of missing packages, for every module's test class

A module's panel has `run`, `message`, `packages`, `enter`, `refresh`, `cancel` and the methods of `Listener` in
worker_run; its .ui file has the widgets that `PackagesPanel` and `ModuleTestKit` name. For an example see
FetalSkullReconstructionLib: panel.py, module_test_inputs.py and module_tests.py.
"""
