//! Markdown as GitHub shows it, and nothing more.

use super::markdown::render;

#[test]
fn tables_details_and_small_print_are_kept() {
    let text = "> note\n\n| a | b |\n|--|--:|\n| [1](http://x/1) | ~~2~~ |\n\n<details open><summary>S</summary>\n\n- [x] done\n\n</details>\n\n<sub>small</sub>";
    insta::assert_snapshot!(render(text));
}

#[test]
fn comments_are_hidden() {
    assert_eq!(render("<!-- covermark:comment:gh:1:7 -->\nText"), "\n<p>Text</p>\n");
    assert_eq!(render("a <!-- b --> c"), "<p>a  c</p>\n");
}

#[test]
fn what_could_run_is_taken_out() {
    for text in [
        "<script>alert(1)</script>",
        "a <script>alert(1)</script> b",
        "<ScRiPt src=x>alert(1)</sCrIpT>",
        "<style>body{}</style>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=' JaVaScRiPt:alert(1)'>x</a>",
        "<a href=\"java&#115;cript:alert(1)\">x</a>",
        "[x](javascript:alert(1))",
        "![x](data:text/html;base64,alert(1))",
        "<svg onload=alert(1)><iframe src=\"http://x\">alert(1)</iframe>",
        "<div onclick=\"alert(1)\"\nonmouseover='alert(1)'>x</div>",
        "<form action=x><button formaction=x>alert</button></form>",
    ] {
        let shown = render(text);
        for bad in ["alert(1)", "<script", "<style", "onerror", "javascript", "<svg", "<iframe", "<form", "<button"] {
            assert!(!shown.to_ascii_lowercase().contains(bad), "{bad} in {shown} of {text}");
        }
    }
}

#[test]
fn an_end_without_a_beginning_cannot_end_the_page() {
    assert_eq!(render("</div></main></body>text"), "text");
    assert_eq!(render("<details>\n\ntext"), "<details>\n<p>text</p>\n</details>");
}
