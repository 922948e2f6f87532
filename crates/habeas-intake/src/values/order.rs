//! Whether day or month stands first, told by the cells of a column.

use super::date::{DayOrder, token};

/// What the dates of a column show about their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderEvidence {
    /// Cells whose first figure is above 12, so the day stands first.
    pub day_first: usize,
    /// Cells whose second figure is above 12, so the month stands first.
    pub month_first: usize,
    /// Cells whose year stands first with four digits; they need no order.
    pub year_first: usize,
    /// Cells that could be read both ways.
    pub either: usize,
}

impl OrderEvidence {
    /// The order, where the cells agree. A few cells in a hundred may speak against it: those are impossible dates then.
    pub fn order(&self) -> Option<DayOrder> {
        let outweighs = |cells: usize, against: usize| cells > 0 && against * 50 <= cells;
        if outweighs(self.day_first, self.month_first) {
            Some(DayOrder::Dmy)
        } else if outweighs(self.month_first, self.day_first) {
            Some(DayOrder::Mdy)
        } else {
            None
        }
    }

    /// Whether cells speak for both orders.
    pub fn is_conflict(&self) -> bool {
        self.day_first > 0 && self.month_first > 0
    }
}

/// Counts what the cells of a column show about the order of day and month.
pub fn decide_order<'c>(cells: impl IntoIterator<Item = &'c str>) -> OrderEvidence {
    let mut evidence = OrderEvidence::default();
    for cell in cells {
        let figures = leading_figures(cell);
        match figures {
            Some([(_, 4), _, _]) => evidence.year_first += 1,
            Some([(first, 1 | 2), (second, 1 | 2), (_, 2 | 4)]) => match (first > 12, second > 12) {
                (true, false) => evidence.day_first += 1,
                (false, true) => evidence.month_first += 1,
                (false, false) if first != second => evidence.either += 1,
                _ => {}
            },
            _ => {}
        }
    }
    evidence
}

/// The first three figures of a cell with their numbers of digits, where nothing but one sign stands between them.
fn leading_figures(cell: &str) -> Option<[(u32, u8); 3]> {
    let mut figures = [(0u32, 0u8); 3];
    let mut at = 0;
    for c in cell.trim().chars() {
        match token::digit_value(c) {
            Some(digit) if figures[at].1 < 5 => figures[at] = (figures[at].0 * 10 + digit, figures[at].1 + 1),
            Some(_) => return None,
            None if figures[at].1 > 0 && at < 2 && matches!(c, '/' | '-' | '.' | '–') => at += 1,
            None if at == 2 && figures[2].1 > 0 => break,
            None => return None,
        }
    }
    (at == 2 && figures[2].1 > 0).then_some(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_figure_above_twelve_tells_the_order_of_the_column() {
        assert_eq!(decide_order(["05/01/2024", "25/01/2024"]).order(), Some(DayOrder::Dmy));
        assert_eq!(decide_order(["05/01/2024", "01/25/2024"]).order(), Some(DayOrder::Mdy));
        assert_eq!(decide_order(["05/01/2024", "02/03/2024"]).order(), None);
        assert_eq!(decide_order(["2024-01-25"]).year_first, 1);
        assert_eq!(decide_order(["٢٥/٠١/٢٠٢٤"]).order(), Some(DayOrder::Dmy));
    }

    #[test]
    fn cells_that_speak_for_both_orders_decide_nothing() {
        let evidence = decide_order(["25/01/2024", "01/25/2024"]);
        assert!(evidence.is_conflict());
        assert_eq!(evidence.order(), None);
    }
}
