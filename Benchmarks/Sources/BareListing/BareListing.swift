import ObjectStorage

/// Lists a root in a bucket with the client of the catalog, page by page, and keeps nothing: the floor of a reconcile
/// in which nothing has changed.
///
///     BareListing ROOT PREFIX
///
/// Prints how many objects there are, and on how many pages.
@main
struct BareListing {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      print("usage: BareListing ROOT PREFIX")
      return
    }
    let bucket = try S3Bucket(BucketLocation(arguments[1]))
    var start = ListStart.beginning
    var (objects, pages) = (0, 0)
    while true {
      let page = try bucket.list(Array(arguments[2].utf8), from: start)
      objects += page.objects.count
      pages += 1
      guard let next = page.next else { break }
      start = .token(next)
    }
    print("{\"objects\": \(objects), \"pages\": \(pages)}")
  }
}
