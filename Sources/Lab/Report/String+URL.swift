import Foundation

extension String {
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
    )

    /// A path as a link has it: what a name contains is neither a scheme, nor a query, nor markup.
    var urlPath: String { addingPercentEncoding(withAllowedCharacters: Self.plain) ?? "" }
}
