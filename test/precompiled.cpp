// Nothing: what all tests include is compiled for the target of this file, and kept.
