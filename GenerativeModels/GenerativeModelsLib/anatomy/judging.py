"""Brings a finished result up to date with a request that differs in nothing that needs a computation."""

from __future__ import annotations

from GenerativeModelsLib.anatomy.exporters import EXPORT_FOLDER
from GenerativeModelsLib.anatomy.exporting import ExportCase, export_case
from GenerativeModelsLib.anatomy.fingerprint import fingerprint_of
from GenerativeModelsLib.anatomy.record import Anatomy
from GenerativeModelsLib.anatomy.request import CaseRequest
from GenerativeModelsLib.anatomy.result import read_result
from GenerativeModelsLib.anatomy.run import dicom_headers, now, warning_entries, write_json
from GenerativeModelsLib.errors import Caution, scale_first
from GenerativeModelsLib.language import in_language
from GenerativeModelsLib.output.fingerprint import checksums_of_folder
from GenerativeModelsLib.output.folder import output_folder

__all__ = ["judge_again"]

_REPORT, _RESULT = "report.html", "result.json"


def judge_again(anatomy: Anatomy, request: CaseRequest) -> None:
    """Rewrite `result.json`, the report and the exports in the request's output folder; no other file is touched.

    Another language alone changes the report and the exports for readers. The warnings that followed from the former
    age, chart or the like give way to the new ones.

    Raises
    ------
    InputError
        The folder holds no whole result, or cannot be written.
    """
    folder = request.output
    before = read_result(folder, anatomy.schema)
    result = dict(before) if anatomy.judge is None else anatomy.judge(before, request)
    result["language"] = request.language
    former = {str(warning) for warning in anatomy.cautions(before)}
    computed = [
        Caution(text, kind)
        for text, kind in zip(before["warnings"], before["warning_kinds"], strict=True)
        if text not in former
    ]
    result |= warning_entries(scale_first([*anatomy.cautions(result), *computed]))
    result["fingerprint"] = fingerprint_of(anatomy, request).document()
    result["created"] = now()
    headers = dicom_headers(request) if request.dicom_patient == "input" else {}
    with output_folder(folder, overwrite=True) as work:
        with in_language(request.language):
            anatomy.report_again(folder, result, request, work / _REPORT)
        export_case(ExportCase(anatomy, result, folder, headers), request.exports, work / EXPORT_FOLDER)
        result["files"] = {**before["files"], **checksums_of_folder(work)}
        write_json(result, work / _RESULT)
