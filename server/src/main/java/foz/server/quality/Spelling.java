package foz.server.quality;

/// How near two spellings are.
final class Spelling {

    /// Letters that Portuguese writes for one another, or wrote before its reforms.
    private static final String[] ALIKE = {
        "iy", "sz", "cs", "ck", "qk", "cq", "vw", "gj", "ei", "ou", "mn", "xs", "zc", "lu"
    };

    private static final double ALIKE_COST = 0.5;

    private Spelling() {}

    /// One less the share of letters to change, add, take away or swap; letters that are written
    /// for one another, doubled letters and a silent h count half.
    ///
    /// @param enough what is below it need not be worked out: 0 is given back
    static double similarity(String a, String b, double enough) {
        int length = Math.max(a.length(), b.length());
        if (length == 0) {
            return 0;
        }
        if (1 - (double) Math.abs(a.length() - b.length()) * ALIKE_COST / length < enough) {
            return 0;
        }
        return 1 - distance(a, b) / length;
    }

    private static double distance(String a, String b) {
        double[] before = new double[b.length() + 1];
        double[] last = new double[b.length() + 1];
        double[] now = new double[b.length() + 1];
        for (int j = 1; j <= b.length(); j++) {
            last[j] = last[j - 1] + extra(b, j - 1);
        }
        for (int i = 1; i <= a.length(); i++) {
            now[0] = last[0] + extra(a, i - 1);
            for (int j = 1; j <= b.length(); j++) {
                char x = a.charAt(i - 1);
                char y = b.charAt(j - 1);
                double cost = x == y ? 0 : alike(x, y) ? ALIKE_COST : 1;
                double least = last[j - 1] + cost;
                least = Math.min(least, last[j] + extra(a, i - 1));
                least = Math.min(least, now[j - 1] + extra(b, j - 1));
                if (i > 1 && j > 1 && x == b.charAt(j - 2) && y == a.charAt(i - 2)) {
                    least = Math.min(least, before[j - 2] + 1);
                }
                now[j] = least;
            }
            double[] spare = before;
            before = last;
            last = now;
            now = spare;
        }
        return last[b.length()];
    }

    /// What a letter too many costs.
    private static double extra(String text, int at) {
        char c = text.charAt(at);
        boolean doubled = at > 0 && text.charAt(at - 1) == c;
        return doubled || c == 'h' ? ALIKE_COST : 1;
    }

    private static boolean alike(char x, char y) {
        for (String pair : ALIKE) {
            if ((pair.charAt(0) == x && pair.charAt(1) == y)
                    || (pair.charAt(1) == x && pair.charAt(0) == y)) {
                return true;
            }
        }
        return false;
    }
}
