"""What ``cued setup`` is made of: the answers, who gives them, and the file they become."""
