import Inference
import JSON
import Testing

@testable import Pipeline

@Suite("Detections that come with a task")
struct GivenDetectionsTests {
    private static let algorithm = #""algorithm":{"name":"Blob","key":"blob"}"#
    private static let box = #""bbox":{"x1":1,"y1":2.5,"x2":30,"y2":40}"#

    private func read(_ json: String, imageID: String? = "7") throws -> GivenDetections? {
        GivenDetections(try JSONValue(parsing: Array(json.utf8), dialect: .python), imageID: imageID)
    }

    private func refusal(_ json: String) throws -> String? {
        guard case .refused(let sentence)? = try read(json) else { return nil }
        return sentence
    }

    private func boxes(_ json: String) throws -> [GivenDetection] {
        guard case .boxes(let boxes)? = try read(json) else { return [] }
        return boxes
    }

    @Test("Boxes, crops and algorithms are read, in their order, duplicates as often as they come")
    func plain() throws {
        let one = #"{"source_image":{"id":"7","url":"u"},\#(Self.box),\#(Self.algorithm)}"#
        let crop = #"{"source_image":{"id":7},\#(Self.box),"crop_image_url":"http://c/1",\#(Self.algorithm),"x":[1]}"#
        let found = try boxes("[\(one),\(crop),\(one)]")
        let box = GivenBox(x1: 1, y1: 2.5, x2: 30, y2: 40)
        let blob = GivenDetection.Algorithm(name: "Blob", key: "blob")
        let plain = GivenDetection(box: box, algorithm: blob)
        #expect(found == [plain, GivenDetection(box: box, cropURL: "http://c/1", algorithm: blob), plain])
        #expect(try read("[\(crop)]")?.haveCrops == true)
        #expect(try read("[\(crop),\(one)]")?.haveCrops == false)
    }

    @Test("Without detections the detector is asked", arguments: ["null", "[]"])
    func none(_ json: String) throws {
        #expect(try read(json) == nil)
        #expect(GivenDetections(nil, imageID: "7") == nil)
    }

    @Test(
        "A box that is not four finite numbers costs itself alone",
        arguments: [
            "null", "{}", "[1,2,3,4]", #""1,2,3,4""#, "7", "true",
            #"{"x1":1,"y1":2,"x2":3}"#, #"{"x1":"1","y1":2,"x2":3,"y2":4}"#, #"{"x1":null,"y1":2,"x2":3,"y2":4}"#,
            #"{"x1":NaN,"y1":2,"x2":3,"y2":4}"#, #"{"x1":1,"y1":-Infinity,"x2":3,"y2":4}"#,
            #"{"x1":1,"y1":2,"x2":[3],"y2":4}"#,
        ]
    )
    func notFinite(_ bbox: String) throws {
        let (wrong, right) = (#"{"bbox":\#(bbox),\#(Self.algorithm)}"#, "{\(Self.box),\(Self.algorithm)}")
        let found = try boxes("[\(wrong),\(right),{\(Self.algorithm)}]")
        #expect(found.map { $0.box == nil } == [true, false, true])
    }

    @Test(
        "What is no list of detections is refused with a sentence that says where",
        arguments: [
            ("{}", "detections is no list"), ("7", "detections is no list"), ("true", "detections is no list"),
            (#""""#, "detections is no list"), ("[1]", "detections[0] is no object"),
            ("[null]", "detections[0] is no object"), ("[[]]", "detections[0] is no object"),
            ("[{\(box)}]", "detections[0] has no algorithm with a name and a key"),
            (#"[{"algorithm":"blob"}]"#, "detections[0] has no algorithm with a name and a key"),
            (#"[{"algorithm":{"name":"","key":"blob"}}]"#, "detections[0] has no algorithm with a name and a key"),
            (#"[{"algorithm":{"name":"b","key":3}}]"#, "detections[0] has no algorithm with a name and a key"),
            ("[{\(box),\(algorithm)},{\(algorithm),\"crop_image_url\":5}]", "detections[1].crop_image_url is no text"),
            (#"[{"source_image":{"id":"8"},\#(algorithm)}]"#, "detections[0] is of another image than the task"),
        ]
    )
    func refused(_ json: String, _ sentence: String) throws {
        #expect(try refusal(json) == sentence)
    }

    @Test("Texts without end are refused")
    func long() throws {
        let name = String(repeating: "n", count: 256)
        #expect(try refusal(#"[{"algorithm":{"name":"\#(name)","key":"b"}}]"#)?.hasPrefix("detections[0]") == true)
        let url = String(repeating: "u", count: 70_000)
        let refused = try refusal(#"[{\#(Self.algorithm),"crop_image_url":"\#(url)"}]"#)
        #expect(refused == "detections[0].crop_image_url is too long")
        #expect(try refusal("\"\(String(repeating: "x", count: 70_000))\"")?.count == 500)
    }

    @Test("Ten thousand are taken, one more is refused")
    func many() throws {
        let one = "{\(Self.box),\(Self.algorithm)}"
        let list = Array(repeating: one, count: 10_000).joined(separator: ",")
        #expect(try boxes("[\(list)]").count == 10_000)
        #expect(try refusal("[\(list),\(one)]") == "The task has 10001 detections where 10000 are allowed")
    }

    @Test("Numbers beyond any image do not trap, and lie outside it")
    func huge() throws {
        let found = try boxes(#"[{"bbox":{"x1":-1e300,"y1":-1e300,"x2":1e300,"y2":1e300},\#(Self.algorithm)}]"#)
        let box = try #require(found.first?.box)
        let all = try #require(box.part(ofHeight: 20, width: 30))
        #expect([all.x1, all.y1, all.x2, all.y2] == [0, 0, 30, 20])
        #expect(GivenBox(x1: 1e300, y1: 0, x2: 1.1e300, y2: 5)?.part(ofHeight: 20, width: 30) == nil)
    }

    @Test(
        "The part inside the image is in whole pixels, truncated",
        arguments: [
            ([1.9, 2.9, 10.9, 11.9], [1, 2, 10, 11]), ([-0.5, -3, 30.4, 25], [0, 0, 30, 20]),
            ([29.5, 0, 31, 5], [29, 0, 30, 5]), ([30, 0, 40, 5], nil), ([-9, 0, 0.9, 5], nil), ([3.1, 0, 3.9, 5], nil),
            ([5, 5, 5, 9], nil), ([9, 5, 5, 9], nil),
        ] as [([Double], [Int]?)]
    )
    func parts(_ corners: [Double], _ expected: [Int]?) {
        let box = GivenBox(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
        let part = box?.part(ofHeight: 20, width: 30)
        #expect(part.map { [$0.x1, $0.y1, $0.x2, $0.y2] } == expected)
    }

    @Test("What is written reads back the same, refusals too")
    func written() throws {
        let crop = #"{\#(Self.box),"crop_image_url":"http://c/\"1\"",\#(Self.algorithm)}"#
        let json = #"[\#(crop),{"bbox":null,\#(Self.algorithm)}]"#
        for detections in [try #require(try read(json)), .refused("It is \"wrong\"")] {
            var writer = JSONWriter()
            detections.write(to: &writer)
            let bytes = writer.finish()
            #expect(try read(String(decoding: bytes, as: UTF8.self)) == detections)
            // Cut short it is no document at all, and no reader gets as far as here.
            for length in stride(from: 1, to: bytes.count, by: 7) {
                #expect(throws: JSONError.self) { try JSONValue(parsing: Array(bytes[..<length]), dialect: .python) }
            }
        }
    }
}
