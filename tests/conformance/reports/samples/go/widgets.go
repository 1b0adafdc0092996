package widgets

import "errors"

// Sign tells a number's sign.
func Sign(number int) string {
	if number < 0 {
		return "negative"
	} else if number == 0 {
		return "nothing"
	}
	return "positive"
}

func unused(names []string) (string, error) {
	for _, name := range names {
		if name != "" {
			return name, nil
		}
	}
	return "", errors.New("none")
}

func short() int { return 1 }
