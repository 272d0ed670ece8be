// The first test moves in here.
