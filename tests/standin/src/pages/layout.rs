//! The frame that all pages share.

/// Text made harmless for HTML, inside and outside of attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A whole page around `body`, which is HTML already.
pub(super) fn layout(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><header><a href=\"/\">Stand-in GitHub</a></header><main>{body}</main></body></html>\n"
    )
}

const STYLE: &str = "
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --back: #ffffff; --soft: #f6f8fa; --line: #d1d9e0;
  --link: #0969da; --added: #dafbe1; --removed: #ffebe9; --good: #1a7f37; --bad: #d1242f; --wait: #9a6700; --done: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --text: #f0f6fc; --quiet: #9198a1; --back: #0d1117; --soft: #151b23; --line: #3d444d;
    --link: #4493f8; --added: #12261e; --removed: #301a1f; --good: #3fb950; --bad: #f85149; --wait: #d29922; --done: #ab7df8; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif;
  color: var(--text); background: var(--back); }
header { background: var(--soft); border-bottom: 1px solid var(--line); padding: 12px 16px; font-weight: 600; }
main { max-width: 1000px; margin: 0 auto; padding: 16px; }
a { color: var(--link); text-decoration: none; } a:hover, p a, .row a, .markdown a { text-decoration: underline; }
h1 { font-size: 24px; font-weight: 400; margin: 8px 0; } h2 { font-size: 18px; margin: 24px 0 8px; }
h3 { font-size: 16px; margin: 16px 0 8px; }
.quiet { color: var(--quiet); }
.label { border: 1px solid var(--line); border-radius: 12px; padding: 1px 8px; font-size: 12px; }
.label.open, .good { color: var(--good); } .label.closed, .bad { color: var(--bad); } .label.merged { color: var(--done); }
.wait { color: var(--wait); }
.box, .file { border: 1px solid var(--line); border-radius: 6px; margin: 16px 0; overflow: hidden; }
.box > .head, .file > .head { background: var(--soft); border-bottom: 1px solid var(--line); padding: 8px 16px; }
h2.head { font-size: 14px; font-weight: 400; margin: 0; }
.box > .body { padding: 16px; } .box > .row { padding: 8px 16px; border-bottom: 1px solid var(--line); }
.box > .row:last-child { border-bottom: 0; }
.pulls { list-style: none; padding: 0; } .pulls li { padding: 4px 0; }
code, pre, .diff { font: 12px/20px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--soft); padding: 2px 4px; border-radius: 4px; }
pre { background: var(--soft); padding: 12px; overflow: auto; border-radius: 6px; } pre code { padding: 0; }
table.diff { border-collapse: collapse; width: 100%; } .file { overflow-x: auto; }
.diff td { padding: 0 8px; vertical-align: top; } .diff .code { white-space: pre-wrap; word-break: break-word; width: 100%; }
.diff .number { color: var(--quiet); text-align: right; min-width: 40px; user-select: none; }
.diff .added { background: var(--added); } .diff .removed { background: var(--removed); }
.diff .hunk { color: var(--quiet); background: var(--soft); } .diff tr:target, .diff tr.marked { outline: 2px solid var(--wait); }
nav { border-bottom: 1px solid var(--line); } nav a { display: inline-block; padding: 8px 16px 8px 0; }
.markdown table { border-collapse: collapse; display: block; overflow-x: auto; margin: 0 0 16px; }
.markdown th, .markdown td { border: 1px solid var(--line); padding: 6px 13px; }
.markdown tr:nth-child(2n) td { background: var(--soft); }
.markdown > :first-child { margin-top: 0; } .markdown > :last-child { margin-bottom: 0; }
.markdown blockquote { color: var(--quiet); border-left: 4px solid var(--line); margin: 0 0 16px; padding: 0 16px; }
.markdown h3 { font-size: 17px; } .markdown summary { cursor: pointer; } .markdown img { max-width: 100%; }
form p { margin: 12px 0; } label { margin-right: 16px; }
button { font: inherit; font-weight: 600; padding: 6px 16px; border: 1px solid var(--line); border-radius: 6px; cursor: pointer;
  color: var(--text); background: var(--soft); }
button.main { color: #ffffff; background: #1f883d; border-color: #1f883d; }
";
