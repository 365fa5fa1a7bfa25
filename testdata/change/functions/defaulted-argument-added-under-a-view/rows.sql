SELECT label FROM public.labels;
