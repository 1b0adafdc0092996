package widgets

import "testing"

func TestSign(t *testing.T) {
	if Sign(3) != "positive" || Sign(-3) != "negative" {
		t.Fatal("wrong")
	}
	if short() != 1 {
		t.Fatal("wrong")
	}
}
