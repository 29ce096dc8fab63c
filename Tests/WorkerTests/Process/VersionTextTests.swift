import Testing

@testable import Worker

@Suite("What --version says")
struct VersionTextTests {
    @Test("is the version and the commit in the first line, and a library in each of the others")
    func lines() {
        let lines = Version.text(commit: "0123456789abcdef", environment: [:]).split(separator: "\n")
        #expect(lines.first == "antenna-worker \(Version.current) (commit 0123456789ab)")
        for library in ["libcurl: ", "librabbitmq: ", "hiredis: ", "libturbojpeg: ", "ONNX Runtime: "] {
            #expect(lines.contains { $0.hasPrefix(library) }, "\(library)")
        }
    }

    @Test("says so where the commit is unknown")
    func unknown() {
        let text = Version.text(commit: "", environment: [:])
        #expect(text.hasPrefix("antenna-worker \(Version.current) (of an unknown commit)\n"))
    }
}
