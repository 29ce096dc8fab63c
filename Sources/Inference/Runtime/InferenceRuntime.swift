/// A library that loads models and runs them.
///
/// One suite of tests is for all of them: `InferenceRuntimeTests`.
package protocol InferenceRuntime: AnyObject, Sendable {
    /// The library's name, for people.
    var name: String { get }

    /// The library's version, such as `1.17.3`.
    var version: String { get }

    /// The file the library was loaded from; a bare name when the loader found it.
    var libraryPath: String { get }

    /// Whether several models are opened at the same time: where opening one is work, not where it is memory that is freed again.
    var opensSideBySide: Bool { get }

    /// Loads a model from its file.
    ///
    /// - Throws: `invalidModel` when the file is missing or no ONNX model, `deviceUnavailable` when the device, its provider or the precision
    ///   is not there: a model never moves to another device, and never to another precision, silently.
    func makeSession(path: String, options: SessionOptions) throws(InferenceError) -> any InferenceSession

    /// Tries to use a device as these options say, without a model.
    ///
    /// - Throws: `deviceUnavailable` with the reason.
    func checkAvailability(of options: SessionOptions) throws(InferenceError)
}
