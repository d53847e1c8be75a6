import SwiftUI

/// The key of the words for a code: `error.BadLink`. Put together as a string first, since an interpolated literal would be
/// looked up as `error.%@`.
func words(_ group: String, of code: some Any) -> LocalizedStringKey {
    LocalizedStringKey(group + "." + String(describing: code))
}
