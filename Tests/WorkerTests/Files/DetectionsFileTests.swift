import Testing

@testable import Pipeline
@testable import Worker

@Suite("Files of detections")
struct DetectionsFileTests {
    private static let algorithm = #""algorithm":{"name":"B","key":"b"}"#

    private func file(_ text: String) throws -> DetectionsFile {
        try DetectionsFile(Array(text.utf8), path: "known.json")
    }

    private func detection(_ url: String, x: Int) -> String {
        #"{"source_image":{"id":"1","url":"\#(url)"},"bbox":{"x1":\#(x),"y1":0,"x2":9,"y2":9},\#(Self.algorithm)}"#
    }

    private func places(_ file: DetectionsFile, _ address: String) -> [Double]? {
        guard case .boxes(let boxes)? = file.detections(of: address) else { return nil }
        return boxes.compactMap(\.box?.x1)
    }

    @Test("An image is known by its address, else by its name as long as one alone has it")
    func names() throws {
        let list = [
            detection("http://a/1.jpg?s=1", x: 1), detection("http://b/1.jpg", x: 2), detection("c/2.jpg", x: 3),
            detection("c/2.jpg", x: 4),
        ]
        let file = try file("[\(list.joined(separator: ","))]")
        try file.check()
        #expect(places(file, "http://b/1.jpg") == [2])
        #expect(places(file, "c/2.jpg") == [3, 4] && places(file, "/home/me/2.jpg") == [3, 4])
        #expect(places(file, "/home/me/1.jpg") == nil, "it could be either")
        #expect(places(file, "3.jpg") == nil && places(file, "") == nil)
    }

    @Test(
        "What cannot be worked with is said",
        arguments: [
            ("", "known.json"), ("{}", "no list"), ("[1]", "[0].source_image.url"), ("[{}]", "[0].source_image.url"),
            (#"[{"source_image":{"url":3}}]"#, "[0].source_image.url"),
            (#"[{"source_image":{"url":"u"}}]"#, "of u: detections[0] has no algorithm"), ("[{", "known.json"),
        ]
    )
    func wrong(_ text: String, _ said: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try file(text).check() }
        #expect(failure?.description.contains(said) == true, "\(failure?.description ?? "")")
    }
}
