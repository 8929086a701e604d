"""Qt parts shared by all Slicer modules of this extension; independent of the anatomy, without torch.

module_widget    ModuleWidget: base of a module's widget class; connects parameter node, scene and panel
case_panel       CasePanel: base of a module's panel; inputs, Apply and Cancel, progress
model_panel      ModelPanel: as CasePanel, of a module whose cases a model computes
case_results     CaseResults: base of the results of a panel; warnings, report, saving, export
choices          Sex: choices that several panels offer
identity_fields  IdentityFields(ui, nodes, say, in_words): case ID, date, operator, institution; filled from DICOM
report_language  report_language(chosen): the language of the reports, by default that of Slicer
planned_case     PlannedCase: base of a case with its input copied; case_workspace(prefix): its temporary folder
preselection     matching_nodes(nodes, words, required): nodes that belong together by their names
switches         ColourRange, ColourRangeRow: colours that fit the case, or that compare cases
worker_run       WorkerRun(listener, anatomy, showing): a case in the worker process; progress, cancel, result; queries
pending_queries  PendingQueries: receivers of the answers of a worker
working_folder   new_folder(parent, prefix), discard(folder), sweep(parent, prefix): temporary folders
chosen_nodes     ChosenNodes(scene, selectors): keeps the choices of node selectors at removal and import
node_watch       NodeWatch(changed): observes the chosen nodes
label_row        LabelRow(boxes, label, in_words, changed): which segment or value of a node is which structure
cell_grid        CellGrid(view, looks, chosen): small coloured cells with marks that lead to what they stand for
table_view       prepare_table(view), show_table(view, node): a table node with narrow columns
chart_view       ChartView: a plot chart beside the 3D view, and the way back
help_text        tutorial_link(text): link for the help section of a module
message_box      MessageBox(frame, label): warnings, a failure or a success in the panel
packages_panel   PackagesPanel(ui, complete, title=, run=): shows missing packages, installs them after consent
package_install  installs PyTorch through its Slicer extension, the other packages through pip
model_choice     chosen_model(text), model_title(text, anatomy): the bundle in the panel's model field
style            style sheets of notes, warnings and boxes; breakable(text), html_list(sentences)
test_kit         ModuleTestKit: base of a module's tests in Slicer; FakeWorker: replaces the worker
test_cases       CaseTests: tests of runs, failures, scenes, saving and reloading, for every module's test class
test_model_cases  ModelCaseTests: as CaseTests, of modules whose cases a model computes
test_packages    PackageTests: tests of missing packages, for every module's test class

A module has a widget class derived from `ModuleWidget`, a panel from `CasePanel` or `ModelPanel`, results from
`CaseResults`, a case from `PlannedCase`, and a test class from `CaseTests` or `ModelCaseTests` and `PackageTests`; its
.ui file has the widgets that these name. For an example see CardiacShapeExplorer.
"""
