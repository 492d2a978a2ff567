internal import ManifestModel

/// The canonical spelling of a schema, whose digest is the schema hash.
///
/// Two schemas have the same text if and only if they have the same column names, types and nesting in the same order.
/// The first line names the family of formats, since a CSV knows less than a Parquet file of the same columns. Then
/// follows a line for each column and each part of a nested type, parents first:
///
///     <depth> <role> <type> <bytes in name>:<name>
///
/// The length before the name makes a name with a line break, or one that looks like a line, harmless. Whoever changes
/// what any line says must raise ``version``: hashes that were recorded before are then known to be of another making.
struct SchemaText {
  /// What a recorded hash begins with, before a colon.
  static let version = "v1"

  /// More columns than this, parts of nested types counted, are not hashed.
  static let mostFields = 65_536

  /// The place of a type in the one around it.
  enum Role: String {
    /// A column, or a member of a structure.
    case field
    /// What a list holds.
    case element
    /// What a map is asked for.
    case key
    /// What a map answers.
    case value
  }

  private(set) var bytes: [UInt8]
  private var fieldCount = 0

  /// An empty schema of a family of formats.
  init(family: StaticString) {
    bytes = family.withUTF8Buffer { Array($0) }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Adds a line; the name may be any bytes, and is empty where a role says it all.
  mutating func add(_ role: Role, _ type: String, name: some Collection<UInt8> = [], depth: Int) {
    fieldCount += 1
    guard fieldCount <= Self.mostFields else { return }
    bytes += "\(depth) \(role.rawValue) \(type) \(name.count):".utf8
    bytes += name
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The version and the first half of the SHA-256 of the text, in hexadecimal; `nil` for no column, or too many.
  var hash: String? {
    guard (1...Self.mostFields).contains(fieldCount) else { return nil }
    var text = "\(Self.version):"
    for byte in SHA256.digest(bytes).prefix(16) {
      for digit in [byte >> 4, byte & 0xF] {
        text.unicodeScalars.append(Unicode.Scalar(digit < 10 ? 0x30 + digit : 0x57 + digit))
      }
    }
    return text
  }
}
