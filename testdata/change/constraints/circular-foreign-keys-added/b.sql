CREATE TABLE public.users (id integer PRIMARY KEY, name text, team integer);
CREATE TABLE public.teams (id integer PRIMARY KEY, lead integer NOT NULL CONSTRAINT teams_lead_fkey REFERENCES public.users (id), parent integer CONSTRAINT teams_parent_fkey REFERENCES public.teams (id));
CREATE TABLE public.projects (id integer PRIMARY KEY, team integer, main_task integer);
CREATE TABLE public.tasks (id integer PRIMARY KEY, project integer CONSTRAINT tasks_project_fkey REFERENCES public.projects (id));
ALTER TABLE public.projects ADD CONSTRAINT projects_main_task_fkey FOREIGN KEY (main_task) REFERENCES public.tasks (id);
ALTER TABLE public.projects ADD CONSTRAINT projects_team_fkey FOREIGN KEY (team) REFERENCES public.teams (id);
ALTER TABLE public.users ADD CONSTRAINT users_team_fkey FOREIGN KEY (team) REFERENCES public.teams (id);
