/// A fault of an image that a task points to.
package enum ImageFault: String, Sendable, CaseIterable {
    /// 404.
    case notFound = "not-found"
    /// 403.
    case forbidden
    /// 503 to the first request, a good image to the next ones.
    case unavailableOnce = "unavailable-once"
    /// 200 with no bytes.
    case empty
    /// 200 with an error page.
    case html
    /// 200 with half a JPEG, its length declared right.
    case truncated
    /// 200 with half of the bytes declared, then the connection closes.
    case interrupted
    /// A redirect to itself.
    case redirectLoop = "redirect-loop"
    /// A redirect to a file of the client's machine.
    case redirectToFile = "redirect-to-file"
    /// A redirect to the metadata service of a cloud.
    case redirectToMetadata = "redirect-to-metadata"
    /// No answer at all.
    case hang
    /// A declared length of 1 GiB.
    case huge
    /// A body that does not say how long it is, and is 1 GiB.
    case hugeChunked = "huge-chunked"
    /// A good PNG under a name that says JPEG.
    case png
    /// A PNG of a few bytes that claims 60,000 × 60,000 pixels.
    case pngBomb = "png-bomb"
    /// A JPEG header of 65,500 × 65,500 pixels.
    case oversizedHeader = "oversized-header"
    /// A JPEG header of 0 × 0 pixels.
    case zeroSize = "zero-size"
    /// An image of a kind that no trap writes.
    case heic
}
