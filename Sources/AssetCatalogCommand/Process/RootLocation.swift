import AssetCatalog

/// Finds the storage root as mad_prefect does.
enum RootLocation {
  /// Where mad_prefect writes if nobody says otherwise.
  static let fallback = ".tmp/storage"

  /// The root, a folder or the address of a bucket: the option, else `FILESYSTEM_URL`, else mad_prefect's default. A
  /// variable that is set and empty is the current folder, as fsspec has it.
  static func path(option: String?, environment: Environment) throws(CommandFailure) -> String {
    let variable = environment.isSetAndEmpty("FILESYSTEM_URL") ? "." : environment["FILESYSTEM_URL"]
    let text = option ?? variable ?? fallback
    let path = expandingHome(strippingLocalScheme(text), environment)
    guard !path.isEmpty else {
      throw CommandFailure(.noSuchRoot, "the storage root is empty; give --root DIR or set FILESYSTEM_URL to a folder")
    }
    if Catalog.isInBucket(path) { return path }
    if hasScheme(path) {
      throw CommandFailure(
        .noSuchRoot,
        "\(quoted(Catalog.shown(text))) cannot be a storage root; asset-catalog reads folders and buckets of S3, so give "
          + "--root DIR or \(quoted(Catalog.shown(spelling(of: path) ?? "s3://BUCKET/PREFIX")))"
      )
    }
    return path
  }

  /// How a root of S3 is spelled here that other programs spell in another way, or cache on the way.
  private static func spelling(of path: String) -> String? {
    let address = path.split(separator: "::", omittingEmptySubsequences: false).last.map(String.init) ?? path
    for scheme in ["s3://", "s3a://", "s3n://", "S3://"] where address.hasPrefix(scheme) {
      return "s3://" + address.dropFirst(scheme.count)
    }
    return nil
  }

  /// fsspec's spellings of a local path.
  private static func strippingLocalScheme(_ text: String) -> String {
    for scheme in ["file://", "local://", "file:", "local:"] where text.hasPrefix(scheme) {
      return String(text.dropFirst(scheme.count))
    }
    return text
  }

  private static func expandingHome(_ path: String, _ environment: Environment) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = environment["HOME"] else { return path }
    return home + path.dropFirst(1)
  }

  /// Whether the text begins like a URL, or is one of fsspec's chains (`simplecache::s3://…`).
  private static func hasScheme(_ text: String) -> Bool {
    let scheme = text.utf8.prefix { byte in
      (0x30...0x3A).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    return scheme.last == UInt8(ascii: ":") && text.utf8.dropFirst(scheme.count).starts(with: "//".utf8)
  }
}
