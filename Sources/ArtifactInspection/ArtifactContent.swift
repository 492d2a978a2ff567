/// What the bytes of an artifact tell, as far as they tell it.
struct ArtifactContent: Equatable {
  var schemaHash: String?
  var rowCount: Int64?
  var sampledRows: Int64?
}
