/// The name of an operation, such as `http.get`, in errors.
package struct OperationName: Sendable, Hashable, ExpressibleByStringLiteral {
    /// `noun.verb`, such as `model.load`: the same for all of its kind.
    package let name: String
    /// The thing it was done to, such as a file; nil where the name says it all.
    package let subject: String?

    /// Names an operation.
    ///
    /// - Parameters:
    ///   - name: `noun.verb`, several words of either joined by underscores.
    ///   - subject: What in particular it was done to, for a sentence that begins with the verb.
    package init(_ name: String, _ subject: String? = nil) {
        self.name = name
        self.subject = subject
    }

    package init(stringLiteral name: String) {
        self.init(name)
    }

    /// The words for people: "load models/moths/detector.onnx" where there is a subject, else the name.
    package var words: String {
        guard let subject else { return name }
        let verb = name.split(separator: ".").last ?? ""
        return "\(verb.replacing("_", with: " ")) \(subject)"
    }
}
