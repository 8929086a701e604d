"""Growth charts of the fetal head: curves, gestational ages that measurements fit, and warnings on scale and age."""
