import SwiftUI

/// Buttons side by side where they fit, else below each other, as at a large type.
struct SideBySide<Buttons: View>: View {
    @ViewBuilder let buttons: () -> Buttons

    var body: some View {
        ViewThatFits(in: .horizontal) {
            HStack { buttons() }
            VStack(alignment: .leading) { buttons() }
        }
    }
}
