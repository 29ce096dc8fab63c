/// What the pages of all servers share: how they look, and what their scripts build on.
package enum PageParts {
    /// The style sheet, served as `/page.css`.
    package static var css: [UInt8] { PackageResources.page_css }
    /// The script, served as `/page.js` and loaded before a page's own.
    package static var javaScript: [UInt8] { PackageResources.page_js }
}
