/// Where the files of an asset lie beneath a storage root.
///
/// ```
/// <folder>/asset_name=<name>/asset_id=<id>/manifest.json
/// <folder>/asset_name=<name>/asset_id=<id>/asset_run_id=<run id>/metadata.json
/// ```
///
/// All paths are relative to the storage root and use `/`. Nothing is escaped: a name that is not one path component
/// (see ``isValidComponent(_:)-(String)``) has no place in the tree, and the caller refuses it before it asks for a
/// path.
package struct MetadataLayout: Sendable {
  /// The name of an asset's manifest in the folder of its id.
  package static let manifestFileName = "manifest.json"
  /// The name of a run's metadata in the folder of the run.
  package static let runMetadataFileName = "metadata.json"
  /// The folder that mad_prefect uses where `ASSET_METADATA_LOCATION` is not set.
  package static let defaultFolder = "_asset_metadata"

  // What the names of folders begin with.
  package static let namePrefix: StaticString = "asset_name="
  package static let idPrefix: StaticString = "asset_id="
  package static let runPrefix: StaticString = "asset_run_id="
  // What stands between the parts of a path.
  private static let nameMark: StaticString = "/asset_name="
  package static let idMark: StaticString = "/asset_id="
  package static let runMark: StaticString = "/asset_run_id="
  /// What stands after the folder of a run.
  package static let runEnding: StaticString = "/metadata.json"
  /// What stands after the folder of an asset.
  package static let manifestEnding: StaticString = "/manifest.json"
  /// ``manifestFileName``, for system calls.
  package static let manifestEntry: StaticString = "manifest.json"
  /// ``runMetadataFileName``, for system calls.
  package static let runMetadataEntry: StaticString = "metadata.json"

  /// The metadata folder, relative to the storage root; `ASSET_METADATA_LOCATION` of mad_prefect.
  package let folder: String

  /// The layout beneath one metadata folder.
  package init(folder: String = MetadataLayout.defaultFolder) {
    self.folder = folder
  }

  /// `asset_name=<name>`.
  package static func component(forName name: String) -> String { "asset_name=" + name }
  /// `asset_id=<id>`.
  package static func component(forID id: String) -> String { "asset_id=" + id }
  /// `asset_run_id=<run id>`.
  package static func component(forRunID runID: String) -> String { "asset_run_id=" + runID }

  /// The folder of the assets of one name.
  package func namePath(_ name: String) -> String { "\(folder)/\(Self.component(forName: name))" }

  /// The folder of one asset.
  package func assetPath(_ asset: AssetIdentifier) -> String {
    "\(folder)/asset_name=\(asset.name)/asset_id=\(asset.id)"
  }

  /// The manifest of one asset.
  package func manifestPath(_ asset: AssetIdentifier) -> String {
    "\(folder)/asset_name=\(asset.name)/asset_id=\(asset.id)/manifest.json"
  }

  /// The folder of one run.
  package func runPath(_ asset: AssetIdentifier, runID: String) -> String {
    "\(folder)/asset_name=\(asset.name)/asset_id=\(asset.id)/asset_run_id=\(runID)"
  }

  /// The metadata of one run.
  package func runMetadataPath(_ asset: AssetIdentifier, runID: String) -> String {
    "\(folder)/asset_name=\(asset.name)/asset_id=\(asset.id)/asset_run_id=\(runID)/metadata.json"
  }

  /// Whether a path is the one that ``runMetadataPath(_:runID:)`` gives, without making that.
  package func isRunMetadataPath(_ path: String, of asset: AssetIdentifier, runID: String) -> Bool {
    path.withBytes { bytes in
      var rest = bytes
      return rest.drop(folder) && rest.drop(Self.nameMark) && rest.drop(asset.name) && rest.drop(Self.idMark)
        && rest.drop(asset.id) && rest.drop(Self.runMark) && rest.drop(runID) && rest.drop(Self.runEnding)
        && rest.isEmpty
    }
  }

  /// Whether a path is that of some run's metadata, by its end.
  package static func isOfRun(_ path: String) -> Bool { path.hasSuffix(runEnding.description) }

  /// What one directory entry says.
  package enum Component: Sendable {
    /// The text after the prefix.
    case value(String)
    /// The prefix is there, but what follows is empty, `.`, `..` or no UTF-8.
    case invalid
    /// The entry does not bear the prefix: it is none of ours.
    case foreign
  }

  /// Reads `asset_name=<name>` from the bytes of one directory entry, without its NUL.
  package static func assetName(in entry: UnsafeRawBufferPointer) -> Component { parse(entry, namePrefix) }
  /// Reads `asset_id=<id>` from the bytes of one directory entry, without its NUL.
  package static func assetID(in entry: UnsafeRawBufferPointer) -> Component { parse(entry, idPrefix) }
  /// Reads `asset_run_id=<run id>` from the bytes of one directory entry, without its NUL.
  package static func runID(in entry: UnsafeRawBufferPointer) -> Component { parse(entry, runPrefix) }

  /// Whether a text can be a name, an id or a run id: not empty, not `.` or `..`, and without `/` and NUL.
  package static func isValidComponent(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { isValidComponent(UnsafeRawBufferPointer($0)) }
  }

  /// Whether bytes can be a name, an id or a run id: not empty, not `.` or `..`, and without `/` and NUL.
  package static func isValidComponent(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch bytes.count {
    case 0: return false
    case 1 where bytes[0] == UInt8(ascii: "."): return false
    case 2 where bytes[0] == UInt8(ascii: ".") && bytes[1] == UInt8(ascii: "."): return false
    default: return !bytes.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
    }
  }

  /// The name that mad_prefect gives an asset: every character outside `[A-Za-z0-9_.\-{}]` becomes `_`.
  ///
  /// mad_prefect's `DataAsset._sanitize_name` replaces code points, so a letter of three bytes becomes one underscore.
  /// The id of an asset is not computed here: it is the MD5 of its name, path, artifacts folder and of its arguments as
  /// Python's `str` prints them, which only Python can do in general.
  package static func sanitize(name: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(name.utf8.count)
    for scalar in name.unicodeScalars {
      switch scalar {
      case "A"..."Z", "a"..."z", "0"..."9", "_", ".", "-", "{", "}": bytes.append(UInt8(scalar.value))
      default: bytes.append(UInt8(ascii: "_"))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func parse(_ entry: UnsafeRawBufferPointer, _ prefix: StaticString) -> Component {
    let count = prefix.utf8CodeUnitCount
    let head = UnsafeRawBufferPointer(start: prefix.utf8Start, count: count)
    guard entry.count >= count, entry.prefix(count).elementsEqual(head) else { return .foreign }
    let rest = UnsafeRawBufferPointer(rebasing: entry[count...])
    guard isValidComponent(rest), let text = String(validating: rest, as: UTF8.self) else { return .invalid }
    return .value(text)
  }
}

extension UnsafeRawBufferPointer {
  /// Goes past a text, if these bytes begin with it.
  @inline(__always)
  fileprivate mutating func drop(_ text: String) -> Bool {
    let bytes = self
    return drop(text.withBytes { bytes.isPrefixed(by: $0) ? $0.count : nil })
  }

  @inline(__always)
  fileprivate mutating func drop(_ text: StaticString) -> Bool {
    let part = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return drop(isPrefixed(by: part) ? part.count : nil)
  }

  private mutating func drop(_ length: Int?) -> Bool {
    guard let length else { return false }
    self = UnsafeRawBufferPointer(rebasing: self[length...])
    return true
  }

  private func isPrefixed(by part: UnsafeRawBufferPointer) -> Bool {
    count >= part.count && part.isPrefix(of: self)
  }
}
