"""Exports of finished cases: DICOM, FHIR, PDF and meshes. Its packages are imported when a file is written."""
