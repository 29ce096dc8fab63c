/// A project that images and jobs belong to.
package struct AntennaProject: Sendable, Hashable {
    /// The project's number.
    package let id: Int
    /// Its name, empty if the server did not say.
    package let name: String
}
