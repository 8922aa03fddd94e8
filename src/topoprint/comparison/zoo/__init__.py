"""Many networks compared with one another: in parts and blocks, in bounded memory."""
