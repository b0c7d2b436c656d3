"""What runs inside the walls, beside the submission. Copied into the library that a player sees; imports nothing of
the autograder."""
