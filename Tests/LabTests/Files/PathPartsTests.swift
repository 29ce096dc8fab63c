import Testing

@testable import Lab

@Suite("Paths in parts")
struct PathPartsTests {
    @Test(arguments: [
        ("b", "", "b", "b", ""), ("/b", "", "b", "b", ""), ("", "", "", "", ""), ("/", "", "", "", ""),
        ("a/b.c.jpg", "a", "b.c.jpg", "b.c", ".jpg"), (".hidden", "", ".hidden", ".hidden", ""),
        ("a.b/c", "a.b", "c", "c", ""), ("a/é.", "a", "é.", "é", "."),
    ])
    func parts(path: String, folder: String, name: String, stem: String, ending: String) {
        let parts = PathParts(path)
        #expect(parts.folder == folder && parts.name == name && parts.stem == stem && parts.ending == ending)
    }
}
