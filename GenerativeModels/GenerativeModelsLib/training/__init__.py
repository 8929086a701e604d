"""Lightning modules and data modules. Imported by nobody but the command line."""
