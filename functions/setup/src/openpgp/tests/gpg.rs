//! The `gpg` of this machine, with a folder of its own for each test.

use std::{
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A person with gpg.
pub(super) struct Gpg {
    home: TempDir,
}

impl Gpg {
    pub(super) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).expect("a change of mode");
        Self { home }
    }

    /// With a key pair whose encryption subkey is of `algorithm`; its fingerprint.
    pub(super) fn with_key(algorithm: &str) -> (Self, String) {
        let gpg = Self::new();
        let fingerprint = gpg.make_key("operator@example.org", algorithm);
        (gpg, fingerprint)
    }

    pub(super) fn make_key(&self, name: &str, algorithm: &str) -> String {
        let (sign, encrypt) = if algorithm == "cv25519" { ("ed25519", "cv25519") } else { (algorithm, algorithm) };
        self.run(&["--quick-generate-key", name, sign, "sign,cert", "never"], b"");
        let fingerprint = self.fingerprint(name);
        self.run(&["--quick-add-key", &fingerprint, encrypt, "encr", "never"], b"");
        fingerprint
    }

    /// A key pair that only signs.
    pub(super) fn make_signing_key(&self, name: &str) -> String {
        self.run(&["--quick-generate-key", name, "ed25519", "sign,cert", "never"], b"");
        self.fingerprint(name)
    }

    fn fingerprint(&self, name: &str) -> String {
        let listing = String::from_utf8(self.run(&["--with-colons", "--list-keys", name], b"")).expect("text");
        let line = listing.lines().find(|line| line.starts_with("fpr:")).expect("a fingerprint");
        line.split(':').nth(9).expect("a field").to_owned()
    }

    pub(super) fn export(&self, name: &str) -> Vec<u8> {
        self.run(&["--armor", "--export", name], b"")
    }

    pub(super) fn export_secret(&self, name: &str) -> Vec<u8> {
        self.run(&["--armor", "--export-secret-keys", name], b"")
    }

    pub(super) fn decrypt(&self, message: &[u8]) -> String {
        String::from_utf8(self.run(&["--decrypt"], message)).expect("text")
    }

    /// `contents` as a file that gpg can be pointed at.
    pub(super) fn file(&self, name: &str, contents: &[u8]) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, contents).expect("written");
        path.display().to_string()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Encrypts to the key in `public`, as the set-up page says, with `more` options.
    pub(super) fn encrypt(&self, public: &str, more: &[&str], text: &[u8]) -> Vec<u8> {
        let key = self.file("recipient.asc", public.as_bytes());
        let mut arguments = vec!["--encrypt", "--recipient-file", &key];
        arguments.extend_from_slice(more);
        self.run(&arguments, text)
    }

    /// What gpg prints; it must succeed.
    pub(super) fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("gpg")
            .args(["--batch", "--yes", "--quiet", "--no-tty", "--trust-model", "always", "--pinentry-mode", "loopback"])
            .args(["--passphrase", "secret passphrase"])
            .args(if arguments.iter().any(|argument| argument.contains("symmetric")) {
                [].as_slice()
            } else {
                &["--passphrase", ""]
            })
            .arg("--homedir")
            .arg(self.home.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gpg is installed");
        let mut stdin = child.stdin.take().expect("its input");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().expect("gpg ends");
        // It may have ended without reading everything.
        let _ = writer.join().expect("the writer ends");
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        // The agent that gpg started for this folder.
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).status();
    }
}
