//! The `covermark` program.

fn main() -> std::process::ExitCode {
    covermark::main()
}
