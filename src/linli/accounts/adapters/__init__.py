"""Other people's ways of saying who somebody is, each one file behind one narrow class."""
