"""The left ventricle as radii along rays: surfaces, wall thickness, segments."""
