/// The codes of the errors of one part of the worker.
package protocol ErrorCode: RawRepresentable<String>, Sendable, Hashable {
    /// Whether a failure of this kind usually passes by itself.
    var isUsuallyRetriable: Bool { get }

    /// Where native codes come from, such as `errno`; nil where several libraries give them.
    static var nativeName: String? { get }

    /// An error of these codes in one sentence.
    static func sentence(of error: OperationError<Self>) -> String
}

extension ErrorCode {
    package static var nativeName: String? { nil }

    /// The operation, the sentence, the code and, if there is one, the native code.
    package static func sentence(of error: OperationError<Self>) -> String {
        let native = error.nativeCode.map { (nativeName.map { ", \($0)" } ?? "") + " \($0)" } ?? ""
        return "\(error.operation.words): \(error.message) (\(error.code.rawValue)\(native))"
    }
}
