import Testing

@testable import Inference

@Suite("Where libraries are looked for")
struct LibrarySearchTests {
    @Test(
        "It is looked for beside the executable and in the package it was built from, and nowhere that may be somebody else's"
    )
    func roots() {
        for (executable, roots) in [
            ("/usr/local/bin", ["/usr/local/bin"]),
            ("/a/package/.build/x86_64-unknown-linux-gnu/release", ["/a/package"]),
            ("/a/package/.build-release/release", ["/a/package"]),
            ("/a/.build/checkouts/b/.build/debug", ["/a/.build/checkouts/b"]),
            ("/.build/debug", []),
        ] {
            let found = LibrarySearch.roots(executableDirectory: executable)
            #expect(found == (roots.first == executable ? [] : [executable]) + roots)
        }
        #expect(LibrarySearch.roots(executableDirectory: nil).isEmpty)
    }
}
