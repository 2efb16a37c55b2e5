"""The one owner of the belt's speed: reports of every source in, one state of the belt out."""
