"""What goes on paper or into a picture: the font, PDF sheets and posters. It is given words, and knows no table."""
