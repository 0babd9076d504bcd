"""Running spend: `take_up` moves it by new usage, `exact` sets and releases it. Rules: SPEND-1 … SPEND-6."""
