"""Members and their produce by file: checked row by row, loaded in the background, confirmed by each member."""
