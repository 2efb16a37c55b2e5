"""What turns a phrase into sound, a file each."""
