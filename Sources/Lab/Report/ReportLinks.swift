/// The pages of a report, by their names beside the first one.
struct ReportLinks {
    /// One of the pages.
    enum Page: Equatable {
        /// The first one.
        case overview
        /// One of those with all insects, from 0.
        case insects(Int)
        /// One of those with all images, from 0.
        case images(Int)
    }

    /// Pages with all insects; none where the first page has them.
    let insectPages: Int
    /// Pages with all images; none where the first page has them.
    let imagePages: Int
    private let first: String

    /// Names the pages.
    ///
    /// - Parameters:
    ///   - first: The path of the first page.
    ///   - insectPages: Further ones with all insects.
    ///   - imagePages: Further ones with all images.
    init(first: String, insectPages: Int, imagePages: Int) {
        self.first = first
        self.insectPages = insectPages
        self.imagePages = imagePages
    }

    /// Whether there is more than the first page.
    var hasFurtherPages: Bool { insectPages + imagePages > 0 }

    /// Where a page lies: `report.html`, `report-insects-1.html`, `report-images-1.html`.
    func path(of page: Page) -> String {
        let parts = PathParts(first)
        let stem = first.dropLast(parts.ending.count)
        return switch page {
        case .overview: first
        case .insects(let number): "\(stem)-insects-\(number + 1)\(parts.ending)"
        case .images(let number): "\(stem)-images-\(number + 1)\(parts.ending)"
        }
    }

    /// How another page links to it.
    func link(to page: Page) -> String { String(PathParts(path(of: page)).name).urlPath }
}
