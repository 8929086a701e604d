"""Inference in the latent space: encoding of measured hearts, decoding, in-distribution judgement and walks."""
