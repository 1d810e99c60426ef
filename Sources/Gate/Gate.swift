// Gate.
