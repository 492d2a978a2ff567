/// Finds the storage root as mad_prefect does.
enum RootLocation {
  /// Where mad_prefect writes if nobody says otherwise.
  static let fallback = ".tmp/storage"

  /// The folder of the root: the option, else `FILESYSTEM_URL`, else mad_prefect's default. A variable that is set and
  /// empty is the current folder, as fsspec has it.
  static func path(option: String?, environment: Environment) throws(CommandFailure) -> String {
    let variable = environment.isSetAndEmpty("FILESYSTEM_URL") ? "." : environment["FILESYSTEM_URL"]
    let text = option ?? variable ?? fallback
    let path = expandingHome(strippingLocalScheme(text), environment)
    guard !path.isEmpty else {
      throw CommandFailure(.noSuchRoot, "the storage root is empty; give --root DIR or set FILESYSTEM_URL to a folder")
    }
    if hasScheme(path) {
      throw CommandFailure(
        .noSuchRoot,
        "\(quoted(text)) is not a local folder; asset-catalog reads only mounted file systems, so give --root DIR or set FILESYSTEM_URL to a folder"
      )
    }
    return path
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
