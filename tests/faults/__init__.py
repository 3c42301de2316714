"""What can go wrong outside of the program, made to go wrong: kills, full disks, damaged files."""
