import Foundation
import Telemetry
import TestSupport
import Testing

@Suite("Errors of operations")
struct OperationErrorTests {
    private enum Code: String, ErrorCode {
        case late, wrong

        var isUsuallyRetriable: Bool { self == .late }
        static var nativeName: String? { "errno" }
    }

    @Test("the sentence has the operation, the reason, the code and the number with its name")
    func sentence() {
        let plain = OperationError<Code>(.late, operation: "queue.consume", message: "no answer")
        #expect(plain.description == "queue.consume: no answer (late)")
        let whole = OperationError<Code>(.wrong, operation: "spool.write", message: "no room", nativeCode: 28)
        #expect(whole.description == "spool.write: no room (wrong, errno 28)")
        let file = OperationError<Code>(.late, operation: OperationName("model.load_again", "a.onnx"), message: "gone")
        #expect(file.description == "load again a.onnx: gone (late)")
    }

    @Test("the code says whether trying again can help, unless the error does")
    func retriable() {
        #expect(OperationError<Code>(.late, operation: "a.b", message: "").isRetriable)
        #expect(!OperationError<Code>(.wrong, operation: "a.b", message: "").isRetriable)
        #expect(OperationError<Code>(.wrong, operation: "a.b", message: "", isRetriable: true).isRetriable)
    }

    @Test("another sentence changes nothing else")
    func saying() {
        let error = OperationError<Code>(
            .wrong,
            operation: "a.b",
            message: "before",
            nativeCode: 3,
            isRetriable: true,
            retryAfter: .seconds(9),
            underlying: CancellationError()
        )
        let other = error.saying("after")
        #expect(other.message == "after" && other.code == .wrong && other.operation == "a.b")
        #expect(other.nativeCode == 3 && other.isRetriable && other.retryAfter == .seconds(9))
        #expect(other.underlying is CancellationError)
    }

    @Test("every operation that the sources name is a noun and a verb")
    func names() throws {
        var count = 0
        for (path, text) in try PackageSources.swift() {
            for name in Self.names(in: text) {
                count += 1
                #expect(name.wholeMatch(of: /[a-z_]+\.[a-z_]+/) != nil, "\(path) names an operation \(name)")
            }
        }
        #expect(count > 150)
        #expect(
            Self.names(in: #"TransportError(.closed, operation: "lose connection", message: "gone")"#) == [
                "lose connection"
            ]
        )
    }

    private static func names(in source: String) -> [Substring] {
        // What is put together, such as `http.get` from a method, is not looked at.
        source.matches(of: /(?:peration: |OperationName\(|: OperationName = )"([^"\\]+)"/).map(\.output.1)
    }
}
