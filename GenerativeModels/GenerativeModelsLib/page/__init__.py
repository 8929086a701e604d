"""What every report shares: style, a WebGL viewer of meshes, packed buffers, still pictures, whole files."""
