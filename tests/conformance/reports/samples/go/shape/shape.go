package shape

// Corners names a shape.
func Corners(count int) string {
	switch {
	case count < 3:
		return "none"
	case count == 3:
		return "triangle"
	default:
		return "polygon"
	}
}
