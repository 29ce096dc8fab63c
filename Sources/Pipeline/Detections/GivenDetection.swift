/// Something that somebody has detected before, to be named and told again as it is.
package struct GivenDetection: Sendable, Hashable {
    /// Who detected it.
    package struct Algorithm: Sendable, Hashable {
        /// The name for people.
        package let name: String
        /// The key by which Antenna knows it.
        package let key: String

        package init(name: String, key: String) {
            self.name = name
            self.key = key
        }
    }

    /// Where it is; nil where that is not four finite numbers.
    package let box: GivenBox?
    /// Where a picture of it alone can be fetched, not validated.
    package let cropURL: String?
    /// Who detected it.
    package let algorithm: Algorithm

    package init(box: GivenBox?, cropURL: String? = nil, algorithm: Algorithm) {
        self.box = box
        self.cropURL = cropURL
        self.algorithm = algorithm
    }
}
