package shape

import "testing"

func TestCorners(t *testing.T) {
	for count, want := range map[int]string{3: "triangle", 9: "polygon"} {
		if got := Corners(count); got != want {
			t.Fatal(got)
		}
	}
}
